import { writeBundles } from "../temporal/bundle.js";

await writeBundles();

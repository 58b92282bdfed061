import { writeWorkflowBundle } from "../temporal/bundle.js";

await writeWorkflowBundle();

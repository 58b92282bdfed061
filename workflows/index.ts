export { incident } from "./incident.js";

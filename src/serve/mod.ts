/** Pages over run folders. @module */
export { startServer } from "./server.ts";

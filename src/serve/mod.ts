/** Pages over run folders, and predictions over HTTP. @module */
export { isLoopback } from "./guard.ts";
export { startServer } from "./server.ts";

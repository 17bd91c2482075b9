/** @groat/client/testing: a server and a browser in memory, with faults of time to order. */
export { FakeBrowser, FakeLocks, Tab } from "./browser.js";
export { type ChangeOptions, FakeServer, type Reach } from "./server.js";
export { betweenTasks } from "./socket.js";

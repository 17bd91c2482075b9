import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { texts } from "./console/texts.ts";

const packages = new URL("./node_modules/", import.meta.url).pathname;
const resolve = {
  conditions: ["groat-source", ...defaultClientConditions],
  // The examples have no packages of their own here.
  alias: ["react", "socket.io-client"].map((name) => ({ find: name, replacement: packages + name })),
};
const ssr = { resolve };

export default defineConfig({
  test: {
    projects: ["client", "react", "console", "server", "examples"].map((name) => ({
      plugins: name === "console" ? [texts()] : [],
      resolve,
      ssr,
      test: {
        name,
        root: `./${name}`,
        environment: ["client", "server"].includes(name) ? "node" : "happy-dom",
        include: ["tests/**/*.test.{ts,tsx}"],
        // It ends what hangs. A machine that does other work is no reason to fail.
        testTimeout: 60_000,
      },
    })),
    passWithNoTests: true,
  },
});

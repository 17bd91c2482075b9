import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { texts } from "./console/texts.ts";

const resolve = { conditions: ["groat-source", ...defaultClientConditions] };
const ssr = { resolve };

export default defineConfig({
  test: {
    projects: ["client", "react", "console", "server"].map((name) => ({
      plugins: name === "console" ? [texts()] : [],
      resolve,
      ssr,
      test: {
        name,
        root: `./${name}`,
        environment: ["client", "server"].includes(name) ? "node" : "happy-dom",
        include: ["tests/**/*.test.{ts,tsx}"],
      },
    })),
    passWithNoTests: true,
  },
});

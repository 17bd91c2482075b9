import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  base: "./",
  logLevel: "warn",
  resolve: { conditions: ["groat-source", ...defaultClientConditions] },
});

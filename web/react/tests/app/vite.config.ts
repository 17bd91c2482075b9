import { defaultClientConditions, defineConfig } from "vite";

/** Served by tests under /app/, beside the API of a real server. React is its development build: StrictMode mounts twice. */
export default defineConfig({
  base: "/app/",
  resolve: { conditions: ["groat-source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic" } },
  build: { emptyOutDir: true, minify: false },
});

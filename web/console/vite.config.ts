import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The packages beside this one are used as source: no build step between an edit and the screen.
  resolve: { conditions: ["groat-source", ...defaultClientConditions] },
  build: { outDir: "../../src/groat/http/console", emptyOutDir: true },
});

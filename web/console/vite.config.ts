import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/** A server to develop against; `groat demo` is one. */
const server = process.env.GROAT_URL ?? "http://localhost:8000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The packages beside this one are used as source: no build step between an edit and the screen.
  resolve: { conditions: ["groat-source", ...defaultClientConditions] },
  server: { proxy: { "/v1": server, "/connection": { target: server, ws: true } } },
  build: {
    outDir: "../../src/groat/http/console",
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        // What seldom changes is kept apart, so that a browser keeps it over releases.
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: "router",
              test: /node_modules\/@tanstack\/(react-router|router-core|history|react-query|query-core)\//,
            },
            {
              name: "overlay",
              test: /node_modules\/(radix-ui|@radix-ui|@floating-ui|react-remove-scroll|aria-hidden|sonner)/,
            },
            { name: "client", test: /node_modules\/(centrifuge|protobufjs|events)\/|web\/client\/src/ },
          ],
        },
      },
    },
  },
});

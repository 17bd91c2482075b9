import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { entryFileNames, fileOf, shared, sharedInputs } from "./shared.ts";
import { texts } from "./texts.ts";

/** A server to develop against; `groat demo` is one. */
const server = process.env.GROAT_URL ?? "http://localhost:8000";

/** Files that are worth packing: text of more than a packet. */
const PACKED = /\.(js|css|html|svg|json|map|txt|webmanifest)$/;
const PACKED_FROM_BYTES = 1400;

/** Packs each built file beside itself, so that the server sends bytes that were packed once. */
function packed(): Plugin {
  return {
    name: "groat-packed",
    apply: "build",
    writeBundle({ dir }) {
      if (!dir) return;
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (!PACKED.test(name)) continue;
        const path = join(dir, name);
        const body = readFileSync(path);
        if (body.length < PACKED_FROM_BYTES) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(body));
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [texts(), react(), tailwindcss(), shared(), packed()],
  // The packages beside this one are used as source: no build step between an edit and the screen.
  resolve: { conditions: ["groat-source", ...defaultClientConditions] },
  server: { proxy: { "/v1": server, "/connection": { target: server, ws: true } } },
  build: {
    outDir: "../../src/groat/http/console",
    emptyOutDir: true,
    rolldownOptions: {
      input: { index: "index.html", ...sharedInputs },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames,
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
            // What the first page needs stays together, though modules of programs share parts of it.
            { debugName: "page", name: fileOf },
          ],
        },
      },
    },
  },
});

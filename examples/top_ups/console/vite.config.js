/** Builds src/module.tsx into the Python package, which carries it. What the console shares with modules stays outside. */
export default {
  build: {
    outDir: "../src/top_ups/console",
    emptyOutDir: true,
    minify: false,
    lib: { entry: "src/module.tsx", formats: ["es"], fileName: () => "module.js", cssFileName: "module" },
    rolldownOptions: { external: [/^react(-dom)?(\/|$)/, /^@groat\//] },
  },
};

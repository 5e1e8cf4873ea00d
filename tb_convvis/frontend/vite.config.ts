import { defineConfig } from "vitest/config";

// The page is one module that exports `render()`; its style sheet is inside it, which saves a request
// and with it the moment in which the page would stand there unstyled.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "../static",
    emptyOutDir: true,
    reportCompressedSize: true,
    lib: { entry: "src/index.tsx", formats: ["es"], fileName: () => "index.js" },
    // Vite leaves white space in libraries for the sake of those who bundle them again; nobody does here.
    rolldownOptions: {
      // One more file: what makes figures, which is loaded when something is exported. The server lists both by name.
      preserveEntrySignatures: "allow-extension",
      output: { minify: true, chunkFileNames: "export.js" },
      // d3 computes its colour schemes with these while it loads; unused ones can be left out.
      treeshake: { manualPureFunctions: ["colors", "ramp$1", "ramp", "cubehelixLong", "cubehelix", "custom"] },
    },
  },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});

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
      // Nor does anybody need to be told what is pure.
      output: { minify: true, comments: { annotation: false } },
    },
  },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});

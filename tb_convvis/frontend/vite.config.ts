import { defineConfig } from "vitest/config";

// The page is a module that exports `render()`, and one for each view that is fetched when it is first opened.
// The style sheet is inside it, which saves a request and with it the moment in which the page would stand there
// unstyled.
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
      // What the modules share stays in the first of them: one request opens the page.
      preserveEntrySignatures: "allow-extension",
      // Nor does anybody need to be told what is pure.
      output: { minify: true, comments: { annotation: false }, chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? "[name].js" : "shared.js") },
    },
  },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});

/**
 * Builds the chat page and the embed script. There is no package.json here: it is run with the tools of `ui/`, so it
 * imports nothing. `embed.js` keeps its name, because it stands in the pages of others; it is a plain script, so
 * nothing of it may be shared with the page, and nothing may leak into the page that runs it.
 */

interface Chunk {
  readonly name: string;
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

const here = import.meta.dirname;

const embedIsAPlainScript = {
  name: 'embed-is-a-plain-script',
  renderChunk(code: string, chunk: Chunk): string | null {
    if (chunk.name !== 'embed') return null;
    if (chunk.imports.length > 0 || chunk.exports.length > 0) {
      throw new Error('embed.ts shares code with the page; a plain script cannot import it');
    }
    return `(()=>{"use strict";${code}})();`;
  },
};

export default {
  root: here,
  base: '/chat/',
  publicDir: false,
  plugins: [embedIsAPlainScript],
  build: {
    outDir: `${here}/dist`,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    // The page's policy allows no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: `${here}/index.html`, embed: `${here}/src/embed.ts` },
      output: {
        entryFileNames: (chunk: Chunk): string => (chunk.name === 'embed' ? 'embed.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  test: {
    root: here,
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // Only a failing test ever waits so long: a busy machine is no fault.
    testTimeout: 60_000,
  },
};

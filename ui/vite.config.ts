import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

// `LOOPDESK_DEMO=1 vite build` makes the demo page of `dev/` instead of the app: the same screen over a stand-in for
// the desk, for pictures and measures. The app's own bundle never holds a line of it.
const demo = process.env['LOOPDESK_DEMO'] === '1';

export default defineConfig(({ command }) => ({
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  base: command === 'build' ? './' : '/',
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  build: {
    // WebKitGTK 2.50 is the engine; Safari 17 is the closest name a bundler knows.
    target: 'safari17',
    cssTarget: 'safari17',
    outDir: demo ? 'dist-demo' : 'dist',
    emptyOutDir: true,
    sourcemap: false,
    // Modules preload through <link>, never through an inline script: the policy of the page forbids those.
    modulePreload: { polyfill: false },
    // Nothing may be inlined as `data:`: the policy allows pictures and fonts from here only.
    assetsInlineLimit: 0,
    rolldownOptions: { input: demo ? 'dev/index.html' : ['index.html', 'bar.html'] },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['./dev/vitest-setup.ts'],
    restoreMocks: true,
    // Only a failing test ever waits so long: a busy machine is no fault.
    testTimeout: 60_000,
  },
}));

// Builds the demo page and serves it on a free port, under the same policy that the window has.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' };

// A picture for every attachment: some lines and a box, drawn here.
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="#dfe4ee"/><rect x="24" y="24" width="272" height="34" rx="6" fill="#fff"/><rect x="24" y="72" width="180" height="12" rx="6" fill="#aab4c8"/><rect x="24" y="94" width="230" height="12" rx="6" fill="#c3cbda"/><circle cx="276" cy="132" r="20" fill="#1f8f63"/><path d="M267 132l6 6 12-12" stroke="#fff" stroke-width="4" fill="none"/></svg>';

export async function demo({ build = true } = {}) {
  if (build) {
    process.env.LOOPDESK_DEMO = '1';
    const vite = await import('vite');
    await vite.build({ root, logLevel: 'warn', configFile: join(root, 'vite.config.ts') });
  }
  const files = join(root, 'dist-demo');
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    response.setHeader('content-security-policy', POLICY);
    if (path === '/favicon.ico') {
      response.statusCode = 204;
      response.end();
      return;
    }
    if (path.startsWith('/demo-preview/')) {
      response.setHeader('content-type', 'image/svg+xml');
      response.end(PICTURE);
      return;
    }
    try {
      const body = await readFile(join(files, path === '/' ? 'dev/index.html' : path));
      response.setHeader('content-type', TYPES[extname(path)] ?? 'text/html');
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/dev/index.html`, close: () => server.close() };
}

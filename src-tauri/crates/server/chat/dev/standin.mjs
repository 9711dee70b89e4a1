/**
 * A stand-in for the service, to look at the chat page: the customer routes as the contract has them, in memory, with
 * an advisor who does what `POST /dev/...` says. Never shipped. Run from `ui/`, whose node_modules it uses:
 *
 *   node ../src-tauri/crates/server/chat/dev/standin.mjs [port]
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const { WebSocketServer } = createRequire(join(process.cwd(), 'package.json'))('ws');
const dist = join(import.meta.dirname, '..', 'dist');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
const problem = (response, status, code, more = {}) => json(response, status, { code, message: code, ...more });
const bytesOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

export function standin({ sites = '*' } = {}) {
  const epoch = randomUUID();
  const visitors = new Map();
  const blobs = new Map();
  const sockets = new Set();
  /** What goes wrong on purpose. */
  const world = { open: true, posts: 200, loseReceipts: 0, refuseDials: false, uploads: 0, slowUploads: 0, name: 'Maison Alba' };
  const counters = { says: 0, posts: 0, dials: 0 };

  const visitorOf = (request) => visitors.get((request.headers.authorization ?? '').replace('Bearer ', ''));
  const push = (visitor) => {
    for (const socket of sockets) {
      if (socket.visitor !== visitor || socket.sent >= visitor.log.length) continue;
      send(socket, { type: 'range', from: socket.sent, to: visitor.log.length, rows: visitor.log.slice(socket.sent) });
      socket.sent = visitor.log.length;
    }
  };
  const send = (socket, frame) => socket.readyState === 1 && socket.send(JSON.stringify(frame));
  const tell = (visitor, frame) => [...sockets].filter((s) => s.visitor === visitor).forEach((s) => send(s, frame));
  const state = (visitor, change) => {
    visitor.state = {
      conversation: visitor.state?.conversation ?? randomUUID(),
      phase: 'waiting',
      advisor: null,
      seen_by_advisor: 0,
      asks: null,
      ...visitor.state,
      ...change,
      version: (visitor.state?.version ?? 0) + 1,
    };
    visitor.log.push({ type: 'state', row: visitor.state });
  };
  const line = (visitor, from, text, attachments = [], id = randomUUID(), at = Date.now()) => {
    visitor.n += 1;
    visitor.log.push({ type: 'line', row: { id, n: visitor.n, at, from, text, attachments } });
  };

  function command(visitor, { id, kind, args }) {
    const kept = visitor.receipts.get(id);
    if (kept) return kept;
    if (kind === 'say') {
      counters.says += 1;
      for (const file of args.attachments) {
        if (!blobs.get(file.sha256)?.attachment) return { id, outcome: 'rejected', code: 'blob_missing', message: '' };
      }
      line(visitor, { from: 'me' }, args.text, args.attachments, id);
      const phase = visitor.state?.phase;
      if (phase === undefined || phase === 'ended') state(visitor, { phase: world.open ? 'waiting' : 'left', asks: null });
      visitor.said.push(args.text);
    } else if (kind === 'seen') visitor.seen = Math.max(visitor.seen, args.upto);
    else if (kind === 'end') state(visitor, { phase: 'ended', asks: visitor.asks });
    else {
      visitor.scores.push(args);
      state(visitor, { asks: null });
    }
    const receipt = { id, outcome: 'applied', seq: visitor.log.length };
    visitor.receipts.set(id, receipt);
    return receipt;
  }

  async function start(request, response) {
    const body = JSON.parse(await bytesOf(request));
    let token = body.token;
    if (!visitors.has(token)) {
      token = `visitor-${randomUUID()}`;
      visitors.set(token, { token, log: [], n: 0, receipts: new Map(), state: null, seen: 0, scores: [], said: [], name: '', asks: 'csat' });
    }
    const visitor = visitors.get(token);
    visitor.name = body.signed?.name ?? body.name ?? visitor.name;
    visitor.email = body.email ?? visitor.email;
    visitor.signed = body.signed ?? visitor.signed;
    json(response, 200, { token, epoch, workspace: world.name, open: world.open, name: visitor.name, state: visitor.state });
  }

  async function putBlob(request, response, sha256, url) {
    const blob = blobs.get(sha256) ?? { bytes: Buffer.alloc(0), attachment: null };
    const offset = Number(url.searchParams.get('offset') ?? 0);
    if (!(Number(url.searchParams.get('size')) > 0)) return problem(response, 422, 'size');
    const part = await bytesOf(request);
    if (world.slowUploads > 0) await new Promise((done) => setTimeout(done, world.slowUploads));
    if (world.uploads > 0) {
      world.uploads -= 1;
      // As if the line had broken in the middle of the part.
      blob.bytes = Buffer.concat([blob.bytes, part.subarray(0, part.length >> 1)]);
      blobs.set(sha256, blob);
      return request.socket.destroy();
    }
    if (offset !== blob.bytes.length) return problem(response, 409, 'offset', { received: blob.bytes.length });
    blob.bytes = Buffer.concat([blob.bytes, part]);
    if (createHash('sha256').update(blob.bytes).digest('hex') === sha256) {
      const png = blob.bytes.subarray(0, 4).toString('hex') === '89504e47';
      blob.attachment = {
        sha256,
        name: url.searchParams.get('name'),
        mime: png ? 'image/png' : 'application/octet-stream',
        size: blob.bytes.length,
        preview: png ? { width: blob.bytes.readUInt32BE(16), height: blob.bytes.readUInt32BE(20) } : null,
      };
    }
    blobs.set(sha256, blob);
    json(response, 200, { received: blob.bytes.length, attachment: blob.attachment });
  }

  /** The advisor's side, for the one who looks. */
  async function dev(request, response, what) {
    const body = JSON.parse((await bytesOf(request)).toString() || '{}');
    const visitor = [...visitors.values()].filter((v) => body.name === undefined || v.name === body.name).at(-1);
    if (what === 'world') Object.assign(world, body);
    else if (what === 'line') line(visitor, body.from ?? { from: 'advisor', name: 'Inès Keller' }, body.text, body.attachments, body.id, body.at);
    else if (what === 'state') state(visitor, body);
    else if (what === 'asks') visitor.asks = body.asks;
    else if (what === 'typing') tell(visitor, { type: 'typing', until: Date.now() + (body.ms ?? 5_000) });
    else if (what === 'queue') tell(visitor, { type: 'queue', position: body.position });
    else if (what === 'drop') for (const socket of sockets) socket.terminate();
    else if (what === 'look') return json(response, 200, { counters, visitor: { ...visitor, receipts: undefined }, visitors: visitors.size });
    if (visitor) push(visitor);
    json(response, 200, { ok: true });
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    try {
      if (url.pathname.startsWith('/dev/')) return await dev(request, response, url.pathname.slice(5));
      if (url.pathname === '/chat/v1/start') return await start(request, response);
      if (url.pathname === '/chat/v1/commands') {
        counters.posts += 1;
        const { commands } = JSON.parse(await bytesOf(request));
        const visitor = visitorOf(request);
        if (!visitor) return problem(response, 401, 'token');
        if (world.posts === 0) return request.socket.destroy();
        if (world.posts !== 200) return problem(response, world.posts, 'no', {});
        const receipts = commands.map((one) => command(visitor, one));
        push(visitor);
        if (visitor.state?.phase === 'waiting') tell(visitor, { type: 'queue', position: visitor.position ?? 3 });
        if (world.loseReceipts > 0) {
          world.loseReceipts -= 1;
          return request.socket.destroy();
        }
        return json(response, 200, { epoch, receipts });
      }
      const blob = /^\/chat\/v1\/blobs\/([0-9a-f]{64})(\/preview)?$/.exec(url.pathname);
      if (blob) {
        if (!visitorOf(request)) return problem(response, 401, 'token');
        if (request.method === 'PUT') return await putBlob(request, response, blob[1], url);
        const found = blobs.get(blob[1]);
        if (!found) return problem(response, 404, 'gone');
        response.writeHead(200, { 'content-type': blob[2] ? found.attachment.mime : 'application/octet-stream' });
        return response.end(found.bytes);
      }
      if (url.pathname === '/chat/v1/transcript') {
        const visitor = visitorOf(request);
        if (!visitor) return problem(response, 401, 'token');
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
        return response.end(visitor.log.filter((e) => e.type === 'line').map((e) => `${e.row.from.name ?? e.row.from.from}: ${e.row.text}`).join('\n'));
      }
      const path = url.pathname === '/chat' ? 'index.html' : normalize(url.pathname.replace(/^\/chat\//, ''));
      if (path.startsWith('..')) return problem(response, 404, 'none');
      const body = await readFile(join(dist, path));
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'x-content-type-options': 'nosniff',
        ...(path === 'index.html' && {
          'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${sites}`,
        }),
      });
      response.end(body);
    } catch (error) {
      if (!response.headersSent) problem(response, error.code === 'ENOENT' ? 404 : 500, 'none');
    }
  });

  const ws = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    counters.dials += 1;
    if (request.url !== '/chat/v1/stream' || world.refuseDials) return socket.destroy();
    ws.handleUpgrade(request, socket, head, (client) => {
      sockets.add(client);
      client.on('close', () => sockets.delete(client));
      client.on('message', (data) => {
        const frame = JSON.parse(data);
        if (frame.type === 'hello') {
          client.visitor = visitors.get(frame.token);
          if (!client.visitor) return client.close(4001);
          client.sent = frame.cursor > client.visitor.log.length ? 0 : frame.cursor;
          send(client, { type: 'resumed', epoch, from: client.sent, now: Date.now() });
          push(client.visitor);
          if (client.visitor.state?.phase === 'waiting') send(client, { type: 'queue', position: client.visitor.position ?? 3 });
        } else if (frame.type === 'ping') send(client, { type: 'pong', head: client.visitor?.log.length ?? 0 });
        else if (frame.type === 'typing' && client.visitor) client.visitor.typed = (client.visitor.typed ?? 0) + 1;
      });
    });
  });
  return { server, world, visitors, counters, blobs };
}

if (process.argv[1] === import.meta.filename) {
  const port = Number(process.argv[2] ?? 4174);
  standin().server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/chat?workspace=alba`));
}

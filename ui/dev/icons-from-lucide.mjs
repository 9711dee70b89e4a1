// Makes `src/shared/icons/*.svelte` from the Lucide set: one small component per icon that is used, with its lines in
// the markup. The set's own components put each icon together from data at run time, which cost a third of the script
// of a conversation switch. Run it with `node dev/icons-from-lucide.mjs` after adding a name.

import { mkdir, readdir, readFile, rm, writeFile, copyFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = `arrow-down at-sign badge-check ban book-open bot check check-check chevron-down chevron-left chevron-right
  circle-check-big circle-question-mark clock cloud-off contact copy download ellipsis external-link eye file flag gauge
  grip hard-drive-download headphones inbox lock lock-keyhole mail message-circle mic mic-off moon panel-right-close paperclip
  pause pencil-line phone phone-call phone-forwarded phone-incoming phone-off phone-outgoing play plus refresh-cw reply search
  settings smile square-slash tag trash-2 triangle-alert undo-2 user user-check users x`.split(/\s+/);

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const set = join(root, 'node_modules/@lucide/svelte');
const out = join(root, 'src/shared/icons');

/** Some names only stand for others. */
async function fileOf(name) {
  const own = join(set, 'dist/icons', `${name}.svelte`);
  if (existsSync(own)) return own;
  const other = /from "\.\/(.*\.svelte)"/.exec(await readFile(join(set, 'dist/icons', `${name}.js`), 'utf8'));
  return join(set, 'dist/icons', other[1]);
}

await mkdir(out, { recursive: true });
for (const old of await readdir(out)) if (old.endsWith('.svelte')) await rm(join(out, old));
await copyFile(join(set, 'LICENSE'), join(out, 'LICENSE'));

for (const name of NAMES) {
  const data = /const iconData = (\{.*\});/.exec(await readFile(await fileOf(name), 'utf8'));
  const { node } = JSON.parse(data[1]);
  const lines = node
    .map(([tag, attributes]) => `<${tag} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(' ')} />`)
    .join('');
  const file = name.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('');
  await writeFile(
    join(out, `${file}.svelte`),
    `<!-- Made by dev/icons-from-lucide.mjs from Lucide (ISC, see LICENSE here). -->
<script lang="ts">
  let { size = 16, strokeWidth = 2 }: { size?: number; strokeWidth?: number } = $props();
</script>

<svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${lines}</svg>
`,
  );
}
console.log(`${NAMES.length} icons`);

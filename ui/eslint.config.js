// What the house forbids, held by a machine: sinks of HTML, and arrows that point the wrong way.

import { readdirSync } from 'node:fs';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Text of a customer may become nodes of text, and nothing else (S1). */
export const sinks = [
  { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe|srcdoc)$/]", message: 'No HTML is made from text.' },
  { selector: "CallExpression[callee.property.name='write'][callee.object.name='document']", message: 'No HTML is made from text.' },
  { selector: "CallExpression[callee.name='eval'], NewExpression[callee.name='Function'], CallExpression[callee.name='Function']", message: 'No code is made from text.' },
  { selector: "CallExpression[callee.name=/^set(Timeout|Interval)$/] > Literal.arguments:first-child", message: 'No code is made from text.' },
  // The policy of the page blocks style attributes in text; `style:` directives go through the engine and are fine.
  { selector: "CallExpression[callee.property.name='setAttribute'] > Literal.arguments[value='style']", message: 'Use element.style: the policy blocks style attributes.' },
];

/** Which folder may look into which: `ipc` and `words` are the ground, features do not know each other. */
const arrows = (patterns) => ['error', { patterns }];
const no = (group, message) => ({ group, message });
const tauri = no(['@tauri-apps/*'], 'Only src/ipc speaks with the window.');
const types = { allowTypeImports: true };

// Read from the disk: a list would forget the next one. Beside this file, since the chat page's rules import it from elsewhere.
const FEATURES = readdirSync(new URL('src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export default tseslint.config(
  { ignores: ['dist', 'dist-demo', 'node_modules', 'src/ipc/types.ts'] },
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': ['error', ...sinks],
      'no-implied-eval': 'error',
      'no-script-url': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-imports': arrows([tauri]),
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/no-inline-styles': 'off',
      // A map that is replaced whole needs no reactive twin.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-useless-mustaches': 'off',
    },
  },
  { files: ['src/ipc/**'], rules: { 'no-restricted-imports': arrows([no(['**/live/**', '**/features/**', '**/shell/**', '**/shared/**', '**/words/**'], 'ipc knows nobody.')]) } },
  {
    files: ['src/words/**'],
    rules: { 'no-restricted-imports': arrows([tauri, no(['**/live/**', '**/features/**', '**/shell/**', '**/shared/**'], 'Words know nobody.')]) },
  },
  {
    files: ['src/live/**'],
    rules: { 'no-restricted-imports': arrows([tauri, no(['**/features/**', '**/shell/**', '**/shared/**'], 'live knows ipc and words only.')]) },
  },
  {
    files: ['src/shared/**'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', {
        patterns: [
          tauri,
          no(['**/features/**', '**/shell/**', '**/live/**'], 'shared knows no feature and no live view.'),
          { ...no(['**/ipc/**'], 'shared does no calls; the types of the table are fine.'), ...types },
        ],
      }],
    },
  },
  ...FEATURES.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: {
      'no-restricted-imports': arrows([
        tauri,
        no(['**/shell/**'], 'Features do not know the shell.'),
        no(FEATURES.filter((other) => other !== feature).map((other) => `../${other}/**`), 'Features do not import features; the shell composes them.'),
      ]),
    },
  })),
  {
    files: ['src/**/*.test.ts', 'dev/**'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off', 'no-restricted-imports': 'off', '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-empty-function': 'off' },
  },
);

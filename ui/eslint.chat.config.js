// The customers' chat page has no packages of its own, so it is looked at with the tools and the rules of the screen.

import globals from 'globals';
import tseslint from 'typescript-eslint';

import { sinks } from './eslint.config.js';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/types.ts'] },
  ...tseslint.configs.strict,
  {
    languageOptions: { globals: { ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': ['error', ...sinks],
      'no-implied-eval': 'error',
      'no-script-url': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['**/*.test.ts', 'dev/**'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off', 'no-script-url': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);

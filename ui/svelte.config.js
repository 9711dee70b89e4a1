export default {
  // Svelte reads the types of TypeScript itself; no preprocessor is needed.
  compilerOptions: { runes: true },
};

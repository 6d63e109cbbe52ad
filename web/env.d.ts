/** What the bundler resolves and TypeScript does not. */
declare module '*.css';

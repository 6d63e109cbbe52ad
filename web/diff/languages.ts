/** The languages the diff is coloured in; anything else is shown as plain text. Stands in for `shiki/langs` (see vite.config.ts). */

export const bundledLanguages = {
  bash: () => import('@shikijs/langs/bash'),
  docker: () => import('@shikijs/langs/docker'),
  go: () => import('@shikijs/langs/go'),
  hcl: () => import('@shikijs/langs/hcl'),
  java: () => import('@shikijs/langs/java'),
  javascript: () => import('@shikijs/langs/javascript'),
  json: () => import('@shikijs/langs/json'),
  markdown: () => import('@shikijs/langs/markdown'),
  python: () => import('@shikijs/langs/python'),
  sql: () => import('@shikijs/langs/sql'),
  terraform: () => import('@shikijs/langs/terraform'),
  typescript: () => import('@shikijs/langs/typescript'),
  yaml: () => import('@shikijs/langs/yaml'),
} as const;

export type Language = keyof typeof bundledLanguages | 'text';

/** Which of our languages a path is written in, by its name alone. */
import type { Language } from './languages.ts';

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  bash: 'bash',
  cjs: 'javascript',
  cts: 'typescript',
  go: 'go',
  hcl: 'hcl',
  java: 'java',
  js: 'javascript',
  json: 'json',
  jsx: 'javascript',
  md: 'markdown',
  mjs: 'javascript',
  mts: 'typescript',
  py: 'python',
  sh: 'bash',
  sql: 'sql',
  tf: 'terraform',
  tfvars: 'terraform',
  ts: 'typescript',
  tsx: 'typescript',
  yaml: 'yaml',
  yml: 'yaml',
};

export function languageOf(path: string): Language {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name === 'dockerfile' || name.startsWith('dockerfile.')) return 'docker';
  const extension = name.slice(name.lastIndexOf('.') + 1);
  return Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? 'text') : 'text';
}

/** Scripts within other languages: programs, units of systemd, crontabs, provisioners of Terraform. */
import type { HclAttribute, HclBlock } from '../../core/risk/evidence.ts';
import { callsIn } from '../../core/risk/shell/calls.ts';
import { shellBlocks } from '../../core/risk/shell/provisioners.ts';
import type { ProgramLanguage } from '../../core/risk/shell/script.ts';
import type { Found } from './shell.ts';

/** Words without which no call of a program is worth reading. */
const WORTH =
  /terraform|tofu|terragrunt|pulumi|kubectl|\boc\b|helm|\baws\b|boto|kubernetes|resource_groups|schedule_key_deletion|gcloud|gsutil|\baz\b|\brm\b|dropdb|psql|mysql|mongo|redis|kafka|mkfs|\bdd\b|wipefs|zpool|\bgit\b|curl|wget|destroy|Delete\w+Command|eksctl|\bcdk\b|serverless|vagrant|docker|argocd|\bnuke\b/;

export const programScripts = (text: string, language: ProgramLanguage): readonly Found[] =>
  WORTH.test(text)
    ? callsIn(text, language)
        .filter((c) => WORTH.test(c.text))
        .map((c) => ({ ...c, runner: 'program' as const }))
    : [];

export function unitScripts(text: string): readonly Found[] {
  return lines(text).flatMap(({ line, text: t }) => {
    const [, value] = /^Exec\w+\s*=\s*[-@:+!]*(.+)$/.exec(t) ?? [];
    return value === undefined ? [] : [{ text: value.replace(/%%/g, '%'), line, runner: 'unit' as const }];
  });
}

/** Five fields of time, or `@daily`; in /etc the user comes behind them. */
export function timerScripts(text: string, named: boolean): readonly Found[] {
  const user = named ? '(?:\\S+\\s+)' : '';
  const row = new RegExp(`^\\s*(?:@\\w+\\s+|(?:[\\d*/,A-Za-z-]+\\s+){5})${user}(.+)$`);
  return lines(text).flatMap(({ line, text: t }) => {
    const value = t.length > 4_000 || /^\s*#/.test(t) ? undefined : row.exec(t)?.[1];
    return value === undefined ? [] : [{ text: value, line, runner: 'timer' as const }];
  });
}

const lines = (text: string): readonly { readonly line: number; readonly text: string }[] => text.split('\n').map((t, i) => ({ line: i + 1, text: t.replace(/\r$/, '') }));

/** What provisioners, hooks and external programs are given. */
export function provisionerScripts(blocks: readonly HclBlock[], text: string): readonly Found[] {
  const source = text.split('\n');
  return shellBlocks({ kind: 'hcl', blocks }).flatMap((b) =>
    b.attributes.filter((a) => /^(?:command|inline|execute|program|interpreter|scripts?)$/.test(a.name)).flatMap((a) => ofAttribute(a, source)),
  );
}

function ofAttribute(a: HclAttribute, source: readonly string[]): readonly Found[] {
  const heredoc = /^<<-?\s*(\w+)/.exec(a.expression)?.[1];
  if (heredoc !== undefined) {
    const end = source.findIndex((l, i) => i >= a.line && l.trim() === heredoc);
    return [{ text: rendered(source.slice(a.line, end < 0 ? a.line + 2_000 : end).join('\n')), line: a.line + 1, runner: 'provisioner' }];
  }
  const strings = [...a.expression.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => rendered((m[1] ?? '').replace(/\\(["\\nt])/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c)));
  if (!a.expression.startsWith('['))
    return strings.length === 0 ? [] : [{ text: a.expression.startsWith('"') ? (strings[0] ?? '') : strings.join('\n'), line: a.line, runner: 'provisioner' }];
  const text = a.name === 'inline' ? strings.join('\n') : strings.map((s) => `'${s.replace(/'/g, `'\\''`)}'`).join(' ');
  return [{ text, line: a.line, runner: 'provisioner' }];
}

/** `${var.name}` is filled in before a shell sees it. */
const rendered = (text: string): string => text.replace(/(?<!\$)\$\{([^}]{0,300})\}/g, '{{$1}}');

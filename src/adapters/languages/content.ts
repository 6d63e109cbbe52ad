/** One side of a changed file: which parser reads it, and what is said where none can. */
import type { Parsed } from '../../core/risk/evidence.ts';
import type { BlobRead } from '../../flows/ports.ts';
import { type Bounded, bounded } from './bounded.ts';
import type { Language } from './parse.ts';
import { withScripts } from './shell-find.ts';
import { migrationLanguage } from './sql-migration.ts';

/** Bytes of one file; larger ones are unreadable. */
export const CAP = 2 * 1024 * 1024;

const HCL = /\.(?:tf|tofu|hcl|tfvars|tfbackend|nomad)$/i;
const SQL = /\.(?:sql|psql|pgsql|ddl)$/i;
const YAML = /\.ya?ml$/i;
const JSON_FILE = /\.json[c5]?$/i;
/** Of Helm, Jinja and their like; expressions of workflows are YAML all the same. */
const TEMPLATE = /(?<!\$)\{\{|\{%/;
/** What tools write for themselves by the megabyte: read as text, by whoever knows them. */
const LOCKFILE = /(?:^|\/)(?:package-lock|npm-shrinkwrap|composer-lock|packages\.lock|deno|bun)\.json$|(?:^|\/)pnpm-lock\.yaml$|(?:^|\/)flake\.lock$/i;
const TERRAFORM_JSON = /\.(tf|tofu|tfvars)\.json$/i;

/**
 * What Git LFS takes for a pointer (its docs/spec.md and its decoder, older names of the version included). Whether the rest
 * of the file is a well-made pointer decides nothing: its author would choose that.
 */
const LFS = /^\s*version\s+https?:\/\/(?:git-lfs|git-media|hawser)\.github\.com\/spec\//;

/** Which parser reads a path: all that the content of a file may mean beside its bytes and mode. */
export function languageOf(path: string): Language | 'text' {
  const json = TERRAFORM_JSON.exec(path)?.[1]?.toLowerCase();
  if (json !== undefined) return json === 'tfvars' ? 'tfvars-json' : 'terraform-json';
  if (HCL.test(path)) return 'hcl';
  if (SQL.test(path)) return 'sql';
  if (LOCKFILE.test(path)) return 'text';
  return YAML.test(path) ? 'yaml' : JSON_FILE.test(path) ? 'json' : (migrationLanguage(path) ?? 'text');
}

/** Never rejects; what cannot be read says why. @param by how long it may take, shared by the files of a change. */
export const parseContent = async (path: string, mode: string, blob: BlobRead, by: Bounded = bounded()): Promise<Parsed> =>
  withScripts(await parseBlob(path, mode, blob, by), path);

async function parseBlob(path: string, mode: string, blob: BlobRead, by: Bounded): Promise<Parsed> {
  if ('problem' in blob)
    return { kind: 'unreadable', why: blob.problem === 'too-large' ? `too large: over ${CAP / 1024 / 1024} MiB` : 'the object is missing from this repository' };
  const { bytes } = blob;
  if (mode === '120000') return { kind: 'symlink', target: new TextDecoder().decode(bytes) };
  if (bytes.length > CAP) return { kind: 'unreadable', why: `too large: over ${CAP / 1024 / 1024} MiB` };
  const strict = decode(bytes);
  const text = strict ?? new TextDecoder().decode(bytes);
  if (LFS.test(text)) return largeFile(text);
  if (bytes.includes(0)) return { kind: 'binary' };
  const language = languageOf(path);
  if (language === 'text') return { kind: 'text', text };
  if (language === 'yaml' || language === 'json') return parseData(language, text, by);
  // text as any other, with what its calls come to
  if (language === 'ruby' || language === 'python' || language === 'javascript') return by.parse(language, text);
  return strict === undefined ? { kind: 'unreadable', why: 'not UTF-8' } : by.parse(language, text);
}

function largeFile(text: string): Parsed {
  const value = (key: string): string => new RegExp(`^${key} (\\S{1,200})$`, 'm').exec(text.slice(0, 1024))?.[1] ?? 'unknown';
  return { kind: 'large-file', oid: value('oid'), size: value('size') };
}

/** A template is text until it is rendered. Data that took too long keeps its text: patterns of lines are tried on it all the same. */
async function parseData(format: Extract<Language, 'yaml' | 'json'>, text: string, by: Bounded): Promise<Parsed> {
  const read = await by.parse(format, text);
  if (read.kind === 'unreadable') return { kind: 'data', format, documents: [], text, problem: read.why };
  return read.kind === 'data' && read.problem !== undefined && TEMPLATE.test(text) ? { kind: 'text', text } : read;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

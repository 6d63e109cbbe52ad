/** One side of a changed file: which parser reads it, and what is said where none can. */
import type { Parsed } from '../../core/risk/evidence.ts';
import type { BlobRead } from '../../flows/ports.ts';
import { DATA_CAP, parseJson, parseYaml } from './data.ts';
import { parseHcl } from './hcl.ts';
import { withScripts } from './shell-find.ts';
import { parseSql } from './sql.ts';

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
const TERRAFORM_JSON = /\.(?:tf|tofu|tfvars)\.json$/i;

/**
 * What Git LFS takes for a pointer (its docs/spec.md and its decoder, older names of the version included). Whether the rest
 * of the file is a well-made pointer decides nothing: its author would choose that.
 */
const LFS = /^\s*version\s+https?:\/\/(?:git-lfs|git-media|hawser)\.github\.com\/spec\//;

/** Which parser reads a path: all that the content of a file may mean beside its bytes and mode. */
export function languageOf(path: string): 'hcl' | 'sql' | 'terraform-json' | 'yaml' | 'json' | 'text' {
  if (TERRAFORM_JSON.test(path)) return 'terraform-json';
  if (HCL.test(path)) return 'hcl';
  if (SQL.test(path)) return 'sql';
  if (LOCKFILE.test(path)) return 'text';
  return YAML.test(path) ? 'yaml' : JSON_FILE.test(path) ? 'json' : 'text';
}

/** Never rejects; what cannot be read says why. */
export const parseContent = async (path: string, mode: string, blob: BlobRead): Promise<Parsed> => withScripts(await parseBlob(path, mode, blob), path);

async function parseBlob(path: string, mode: string, blob: BlobRead): Promise<Parsed> {
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
  if (language === 'yaml' || language === 'json') return parseData(language, text, bytes.length);
  if (strict === undefined) return { kind: 'unreadable', why: 'not UTF-8' };
  return parseCode(language, text);
}

function largeFile(text: string): Parsed {
  const value = (key: string): string => new RegExp(`^${key} (\\S{1,200})$`, 'm').exec(text.slice(0, 1024))?.[1] ?? 'unknown';
  return { kind: 'large-file', oid: value('oid'), size: value('size') };
}

/** A template is text until it is rendered; so is what is too long to read as data, which is said. */
function parseData(format: 'yaml' | 'json', text: string, size: number): Parsed {
  if (size > DATA_CAP) return { kind: 'data', format, documents: [], text, problem: `too large to read as data: over ${DATA_CAP / 1024} KiB` };
  const read = format === 'yaml' ? parseYaml(text) : parseJson(text);
  return read.problem !== undefined && TEMPLATE.test(text) ? { kind: 'text', text } : read;
}

async function parseCode(language: 'hcl' | 'sql' | 'terraform-json', text: string): Promise<Parsed> {
  if (language === 'terraform-json') return { kind: 'unreadable', why: "Terraform's JSON syntax is not read" };
  try {
    return await (language === 'hcl' ? parseHcl(text) : parseSql(text));
  } catch (error) {
    return { kind: 'unreadable', why: `the parser failed: ${error instanceof Error ? error.message : 'unknown'}`.slice(0, 300) };
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

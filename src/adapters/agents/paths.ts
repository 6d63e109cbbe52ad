/** Paths that an input of a tool names, wherever it names them: absolute, and never trusted as complete. */
import { isAbsolute, resolve } from 'node:path';
import { type Fields, isFields, list, word, words } from './json.ts';

const NAMES = ['file_path', 'filePath', 'path', 'notebook_path', 'notebookPath', 'absolute_path', 'target_file', 'relative_workspace_path', 'filename', 'file'] as const;
const LISTS = ['paths', 'files', 'file_paths', 'filePaths', 'edited_filepaths'] as const;
const PATCHES = ['input', 'patch', 'patch_text', 'patchText', 'command', 'content', 'edits'] as const;

/** @param cwd absolute: what relative paths are relative to. */
export function pathsOf(input: Fields, cwd: string, raw?: unknown): readonly string[] {
  const named = NAMES.flatMap((name) => word(input, name) ?? []);
  const listed = LISTS.flatMap((name) => [...words(input[name]), ...list(input[name]).flatMap((item) => (isFields(item) ? NAMES.flatMap((n) => word(item, n) ?? []) : []))]);
  const edits = list(input.edits).flatMap((item) => (isFields(item) ? NAMES.flatMap((n) => word(item, n) ?? []) : []));
  const patched = [raw, ...PATCHES.flatMap((name) => [input[name], ...list(input[name])])].flatMap((text) => (typeof text === 'string' ? patchPaths(text) : []));
  return [...new Set([...named, ...listed, ...edits, ...patched].map((path) => absolute(path, cwd)))];
}

/** `*** Add File: x` of an apply-patch text, and where a file is moved to. */
const HEADER = /^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\r?$/gm;

export const patchPaths = (text: string): readonly string[] => (text.includes('*** ') ? [...text.matchAll(HEADER)].map(([, path = '']) => path.trim()) : []);

/** Cursor sends `/c:/shop/a.ts` for `c:\shop\a.ts`; some send addresses of files. */
export function absolute(path: string, cwd: string): string {
  const plain = path.startsWith('file://') ? fromAddress(path) : path;
  const windows = /^\/[A-Za-z]:[\\/]/.test(plain) ? plain.slice(1) : plain;
  return isAbsolute(windows) || /^[A-Za-z]:[\\/]/.test(windows) ? windows : resolve(cwd, windows);
}

function fromAddress(address: string): string {
  try {
    return decodeURIComponent(new URL(address).pathname);
  } catch {
    return address;
  }
}

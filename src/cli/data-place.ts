/** Where the log is that a command is about: the data folder it names, and the database that the environment names beside it. */
import { resolve } from 'node:path';

export interface DataPlace {
  readonly dir?: string;
  readonly database?: string;
}

/** Of `--data`, and DATABASE_URL; both undefined where neither was given. */
export function placeOf(data: string | undefined): DataPlace {
  const database = process.env.DATABASE_URL;
  return { ...(data === undefined ? {} : { dir: resolve(data) }), ...(database ? { database } : {}) };
}

/** The same for whoever writes, and so needs the folder with the keys. */
export const placeIn = (data: string): DataPlace & { readonly dir: string } => ({ ...placeOf(data), dir: resolve(data) });

/** What a place is called in answers: a URL may hold a password. */
export const wordsOf = ({ dir, database }: DataPlace): string => (database === undefined ? (dir ?? '') : 'the database that DATABASE_URL names');

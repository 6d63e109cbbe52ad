/** `copy ... from stdin` over `pg`, which has no words of its own for it. */
import type pg from 'pg';

interface Connection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** @param lines each as `copy` reads a row, without its end. */
export function copyIn(client: pg.Client, table: string, columns: readonly string[], lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    let failed: Error | undefined;
    const submitted = {
      submit: (connection: Connection) => connection.query(`copy ${table} (${columns.map((c) => `"${c}"`).join(', ')}) from stdin`),
      handleCopyInResponse: (connection: Connection) => {
        for (let at = 0; at < lines.length; at += 1_000) connection.sendCopyFromChunk(Buffer.from(`${lines.slice(at, at + 1_000).join('\n')}\n`));
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleError: (error: Error) => {
        failed = error;
        reject(error);
      },
      handleReadyForQuery: () => failed ?? resolve(),
    };
    client.query(submitted as unknown as pg.Submittable);
  });
}

/** What a command does with a store that no server does: open one that is there, and found one. */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { inspectStore, nothingAt } from './inspect.ts';
import { placeName } from './place.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';

export { auditStore } from './audit.ts';
export { migrateStore } from './migration.ts';
export { exportStore, importStore } from './transfer/move.ts';

/** As `openStore`, of a log that was begun; makes none. Problems: NOT_FOUND, and those of `openStore`. */
export async function openExisting(options: StoreOptions): Promise<Result<Store>> {
  const missing = nothingAt(options);
  if (missing !== null) return err(missing);
  if (options.database !== undefined) {
    const there = await inspectStore(options);
    if (!there.ok && there.error.code === 'NOT_FOUND') return there;
    if (there.ok) await there.value.close();
  }
  return openStore(options);
}

/** Writes the genesis of a log where there is none; answers the log's vkey. Problems: DATA_INVALID, DATA_LOCKED. */
export async function foundLog(options: StoreOptions, origin: string, genesis: Uint8Array): Promise<Result<string>> {
  const store = await openStore(options);
  if (!store.ok) return store;
  try {
    const place = placeName(options);
    if (store.value.origin !== null)
      return err(problem('DATA_INVALID', `the log ${store.value.origin} is here already`, { place, remedy: 'choose another --data folder, or another database' }));
    // Of a database that servers share somebody may have come first: the log takes no second genesis.
    const laid = await store.value.ledger.append(() => ok([{ type: 'genesis' as const, fields: { mode: 'production', origin }, body: genesis }]));
    return laid.ok ? ok(store.value.logVerifierKey ?? '') : laid;
  } finally {
    await store.value.close();
  }
}

/** Where a log is exported to: a folder, or a bucket by an address of its own kind. */
import { resolve } from 'node:path';
import type { Result } from '../../core/base/result.ts';
import type { LogFolder } from '../../flows/ports-log.ts';
import { type BucketAccess, openBucket } from './bucket.ts';
import { openLogFolder } from './folder.ts';

/** @param access who writes to a bucket. Problems: DATA_INVALID, USAGE. */
export const openTarget = (where: string, access: BucketAccess): Result<LogFolder> => (/^s3:\/\//i.test(where) ? openBucket(where, access) : openLogFolder(resolve(where)));

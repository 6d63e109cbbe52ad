/** What `serve` takes where neither flag nor environment says otherwise. Apart from it, because the help loads no server. */
export const DEFAULTS = { port: '4180', data: '.countersign-data', host: '127.0.0.1' } as const;
/** The same for `witness`. */
export const WITNESS_DEFAULTS = { port: '4190', host: '127.0.0.1' } as const;

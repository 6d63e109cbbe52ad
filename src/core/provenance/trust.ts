/** What a piece of evidence is worth: who could have forged it. */

/** 5 verified by the transport or forge, 4 signed by a managed recorder, 3 unsigned record, 2 header or trailer (forgeable), 1 hint. */
export type Trust = 1 | 2 | 3 | 4 | 5;

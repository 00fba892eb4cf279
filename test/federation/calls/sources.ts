/** The sources of the table; each is named after its vendor. */
export const SOURCES = ['nemo', 'sap', 'softwareone', 'deepset', 'bytenite'] as const;
export type Source = (typeof SOURCES)[number];

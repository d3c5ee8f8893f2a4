/** The version of this package, as its manifest says it; a test holds them to each other. */
export const VERSION = '0.1.0';

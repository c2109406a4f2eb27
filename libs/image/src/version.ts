/** This library's version; a test keeps it equal to `package.json`, which a bundler could not find. */
export const version = '0.1.0';

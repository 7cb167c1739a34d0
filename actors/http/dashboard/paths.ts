/**
 * Where the dashboard's parts are that anyone may have.
 *
 * @module
 */

/** Where people sign in, and where the form is sent. */
export const SIGN_IN = "/signin";
/** What the paths of all assets begin with. */
export const ASSET_ROOT = "/assets/";

/**
 * The charting library. This file is for the type checker: in its place the daemon serves the
 * package's own build, which needs no other file.
 *
 * @module
 */
export * from "lightweight-charts";

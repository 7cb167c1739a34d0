/**
 * What the charts have in common: a frame with a grid, and values at its edges.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { digitsOf, type Extent, place, roundValues, type Scale, scaleOf } from "./scale.ts";

/** The room for what is written around a chart. */
const EDGE = { left: 58, right: 14, top: 10, bottom: 34 };

/** A place where a value is named. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

/** A chart. */
export interface FrameProps {
  /** What it shows, for who cannot see it. */
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly x: Extent;
  readonly y: Extent;
  /** What the axes are of. */
  readonly across: string;
  readonly up: string;
  /** Where values are named below; round ones where absent. */
  readonly marks?: readonly Mark[];
  readonly draw: (x: Scale, y: Scale) => Child;
}

/** A chart in its frame. */
export function Frame(props: FrameProps) {
  const { across, draw, height, label, up, width } = props;
  const [left, right] = [EDGE.left, width - EDGE.right];
  const [top, bottom] = [EDGE.top, height - EDGE.bottom];
  const x = scaleOf(props.x, [left, right]);
  const y = scaleOf(props.y, [bottom, top]);
  const below = props.marks ?? marksOf(roundValues(props.x, width / 90));
  const beside = marksOf(roundValues(props.y, height / 45));
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {beside.map(({ at, text }) => (
        <>
          <line class="grid" x1={left} x2={right} y1={place(y(at))} y2={place(y(at))} />
          <text class="axis" x={left - 6} y={place(y(at) + 4)} text-anchor="end">{text}</text>
        </>
      ))}
      {below.map(({ at, text }) => (
        <>
          <line class="grid" x1={place(x(at))} x2={place(x(at))} y1={top} y2={bottom} />
          <text class="axis" x={place(x(at))} y={bottom + 15} text-anchor="middle">{text}</text>
        </>
      ))}
      <text class="axis name" x={right} y={height - 4} text-anchor="end">{across}</text>
      <text class="axis name" x={left + 5} y={top + 11}>{up}</text>
      {draw(x, y)}
    </svg>
  );
}

function marksOf(values: readonly number[]): Mark[] {
  const digits = digitsOf(values);
  return values.map((at) => ({ at, text: at.toFixed(digits) }));
}

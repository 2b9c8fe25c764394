/** The poster's measures in its own pixels. */
export type Paint = CanvasRenderingContext2D;

export const WIDTH = 1080;
export const HEIGHT = 1620;
export const EDGE = 84;
export const ROOM = WIDTH - EDGE * 2;
/** Between the heading and the foot. */
export const MIDDLE_TOP = 404;
export const MIDDLE_BOTTOM = 1296;

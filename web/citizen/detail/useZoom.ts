import { onMounted, onUnmounted, type Ref, ref } from 'vue';

const MOST = 5;
const DOUBLE = 2.5;
const TAP_MS = 300;
const TAP_PX = 24;
const SWIPE = 40;

interface Point {
  x: number;
  y: number;
}

/**
 * Looking closer at what lies in `stage`: two fingers, a double tap, Ctrl and the wheel, + and −; drawn along while it is large. While it
 * is not, a swipe goes to the next or the one before (`go`). `picture`: what is moved, in place of the whole page.
 */
export function useZoom(
  stage: Ref<HTMLElement | null>,
  picture: () => HTMLElement | null,
  go: (by: 1 | -1) => void,
) {
  const scale = ref(1);
  let at: Point = { x: 0, y: 0 };
  const fingers = new Map<number, Point>();
  let from: { point: Point; spread: number; scale: number; at: Point; alone: boolean } | null = null;
  let tapped: { at: number; point: Point } | null = null;

  function show(): void {
    const shown = picture();
    if (!shown) return;
    shown.style.transform = scale.value === 1 ? '' : `translate(${at.x}px, ${at.y}px) scale(${scale.value})`;
  }

  function reset(): void {
    scale.value = 1;
    at = { x: 0, y: 0 };
    show();
  }

  /** To this size, with what lies under `point` staying there. */
  function zoomTo(next: number, point: Point): void {
    const box = stage.value?.getBoundingClientRect();
    const wanted = Math.min(MOST, Math.max(1, next));
    if (!box || wanted === 1) return reset();
    const middle = { x: point.x - box.left - box.width / 2, y: point.y - box.top - box.height / 2 };
    const share = wanted / scale.value;
    at = kept({ x: middle.x - (middle.x - at.x) * share, y: middle.y - (middle.y - at.y) * share }, wanted);
    scale.value = wanted;
    show();
  }

  /** No further than that its edge comes to the middle. */
  function kept({ x, y }: Point, size: number): Point {
    const shown = picture();
    const [wide, high] = [((shown?.offsetWidth ?? 0) * size) / 2, ((shown?.offsetHeight ?? 0) * size) / 2];
    return { x: Math.max(-wide, Math.min(wide, x)), y: Math.max(-high, Math.min(high, y)) };
  }

  function measure(): { point: Point; spread: number } {
    const [one = { x: 0, y: 0 }, other] = [...fingers.values()];
    if (!other) return { point: one, spread: 0 };
    return {
      point: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
      spread: Math.hypot(one.x - other.x, one.y - other.y),
    };
  }

  function press(event: PointerEvent): void {
    // Buttons and a film's own controls are not the picture.
    if (event.target instanceof Element && event.target.closest('button, video')) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    from = { ...measure(), scale: scale.value, at, alone: fingers.size === 1 };
  }

  function move(event: PointerEvent): void {
    if (!from || !fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const { point, spread } = measure();
    if (fingers.size === 2 && from.spread > 0) zoomTo((from.scale * spread) / from.spread, point);
    else if (scale.value > 1 && fingers.size === 1) {
      at = kept(
        { x: from.at.x + point.x - from.point.x, y: from.at.y + point.y - from.point.y },
        scale.value,
      );
      show();
    }
  }

  function lift(event: PointerEvent): void {
    if (!fingers.delete(event.pointerId) || !from) return;
    const began = from;
    from = fingers.size > 0 ? { ...measure(), scale: scale.value, at, alone: false } : null;
    if (!began.alone || event.type === 'pointercancel') return;
    const [right, down] = [event.clientX - began.point.x, event.clientY - began.point.y];
    if (Math.hypot(right, down) < TAP_PX / 2) return tap({ x: event.clientX, y: event.clientY });
    if (scale.value === 1 && Math.abs(right) > SWIPE && Math.abs(right) > Math.abs(down))
      go(right < 0 ? 1 : -1);
  }

  function tap(point: Point): void {
    const now = Date.now();
    const near = tapped && Math.hypot(point.x - tapped.point.x, point.y - tapped.point.y) < TAP_PX;
    const twice = tapped !== null && near && now - tapped.at < TAP_MS;
    tapped = twice ? null : { at: now, point };
    if (twice) zoomTo(scale.value > 1 ? 1 : DOUBLE, point);
  }

  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomTo(scale.value * (event.deltaY < 0 ? 1.15 : 1 / 1.15), { x: event.clientX, y: event.clientY });
  }

  /** Larger or smaller by the keyboard, from the middle. */
  function step(by: number): void {
    const box = stage.value?.getBoundingClientRect();
    if (box) zoomTo(scale.value * by, { x: box.left + box.width / 2, y: box.top + box.height / 2 });
  }

  const heard = { pointerdown: press, pointermove: move, pointerup: lift, pointercancel: lift, wheel };
  onMounted(() => {
    for (const [name, act] of Object.entries(heard))
      stage.value?.addEventListener(name, act as EventListener, { passive: false });
  });
  onUnmounted(() => {
    fingers.clear();
  });

  return { scale, reset, step };
}

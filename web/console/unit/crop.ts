/** A picture under a frame of fixed shape. */
export interface Crop {
  /** By CSS pixels. */
  move(x: number, y: number): void;
  /** By a share of its size: 0.1 is a tenth larger. */
  zoom(share: number): void;
  /** A quarter to the right. */
  turn(): void;
  reset(): void;
  /** What the frame holds as a JPEG, white where the picture does not reach; null when the browser cannot. */
  picture(width: number, height: number): Promise<Blob | null>;
  close(): void;
}

const TEMPLATE = `<cropper-canvas>
  <cropper-image rotatable scalable translatable></cropper-image>
  <cropper-shade></cropper-shade>
  <cropper-handle action="move" plain></cropper-handle>
  <cropper-selection initial-coverage="0.92" outlined theme-color="#fff"><cropper-grid covered bordered theme-color="#fff" rows="3" columns="3"></cropper-grid></cropper-selection>
</cropper-canvas>`;

/** Puts the picture into `stage`, filling the frame. The library comes when it is first needed. */
export async function openCrop(image: HTMLImageElement, stage: HTMLElement, ratio: number): Promise<Crop> {
  const { default: Cropper } = await import('cropperjs');
  const cropper = new Cropper(image, { container: stage, template: TEMPLATE });
  const picture = cropper.getCropperImage();
  const frame = cropper.getCropperSelection();
  await picture?.$ready();

  function fill(): void {
    const { width, height } = stage.getBoundingClientRect();
    const side = Math.min(width * 0.92, height * 0.92 * ratio);
    frame?.$change((width - side) / 2, (height - side / ratio) / 2, side, side / ratio, ratio);
    picture?.$resetTransform();
    picture?.$center('contain');
    // The whole frame holds picture, and no more of it is lost than must be.
    const shown = picture?.getBoundingClientRect();
    if (!shown || shown.width === 0 || shown.height === 0) return;
    const factor = Math.max(side / shown.width, side / ratio / shown.height);
    picture?.$scale(factor);
    picture?.$center();
  }
  fill();

  return {
    move: (x, y) => void picture?.$move(x, y),
    zoom: (share) => void picture?.$zoom(share),
    turn: () => void picture?.$rotate('90deg'),
    reset: fill,
    async picture(width, height) {
      const canvas = await frame?.$toCanvas({
        width,
        height,
        beforeDraw(context, { width: w, height: h }) {
          context.fillStyle = '#fff';
          context.fillRect(0, 0, w, h);
        },
      });
      return await new Promise((resolve) => {
        if (canvas) canvas.toBlob(resolve, 'image/jpeg', 0.92);
        else resolve(null);
      });
    },
    close: () => cropper.destroy(),
  };
}

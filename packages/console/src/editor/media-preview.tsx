/**
 * A medium of a message. Images that the URL itself holds are drawn small; others are links, because the page asks no other origin. They are
 * drawn on a canvas: the content security policy keeps out images of `data:` URLs, which may be documents with scripts.
 */
import { ExternalLink, FileText } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { imageIn } from './image-data.ts';

/** Pixels of a thumbnail, in both directions at most. */
const LARGEST = 240;

export interface MediaPreviewProps {
  readonly url: string;
  readonly type: string | undefined;
}

export function MediaPreview({ url, type }: MediaPreviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    let isWanted = true;
    setDrawn(false);
    const image = imageIn(url);
    if (image === undefined) return undefined;
    createImageBitmap(image).then(
      (bitmap) => {
        if (isWanted && canvas.current !== null) {
          draw(bitmap, canvas.current);
          setDrawn(true);
        }
        bitmap.close();
      },
      // No image after all: its description stays.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [url]);
  return (
    <div>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${type ?? 'Image'} thumbnail`}
        hidden={!isDrawn}
        className="max-w-full rounded-md border border-line bg-raised"
      />
      {!isDrawn && <Description url={url} type={type} />}
    </div>
  );
}

function draw(bitmap: ImageBitmap, canvas: HTMLCanvasElement): void {
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

function Description({ url, type }: MediaPreviewProps) {
  if (/^https?:\/\//i.test(url)) {
    return (
      <a
        href={url}
        target="_blank"
        rel="noreferrer noopener"
        className="inline-flex max-w-full items-center gap-1.5 text-accent-ink text-sm underline underline-offset-2"
      >
        <ExternalLink aria-hidden="true" className="size-3.5 shrink-0" />
        <span className="truncate">{url}</span>
        {type !== undefined && <span className="shrink-0 text-faint text-xs">{type}</span>}
      </a>
    );
  }
  return (
    <p className="flex max-w-full items-center gap-1.5 text-muted text-sm">
      <FileText aria-hidden="true" className="size-3.5 shrink-0" />
      <span className="truncate">{type ?? 'Media'}</span>
      <span className="truncate font-mono text-faint text-xs">{url.slice(0, 60)}</span>
    </p>
  );
}

import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkPointComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Curve } from '@zuimei/shared/live.ts';
import { dayOf, dayTime, hourOf } from '@zuimei/shared/moment.ts';
import { grouped } from '../../../lib/words.ts';
import { peakOf } from './curve.ts';

// On a canvas: pages of the console may not carry styles in their markup.
use([LineChart, GridComponent, TooltipComponent, MarkPointComponent, AriaComponent, CanvasRenderer]);

export interface Chart {
  show(curve: Curve, spanMs: number): void;
  resize(): void;
  close(): void;
}

/** Colours and the type as the page has them. */
function look(box: HTMLElement) {
  const style = getComputedStyle(box);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    red: colour('--red'),
    wash: colour('--red-wash'),
    ink: colour('--ink-2'),
    line: colour('--line'),
    mark: colour('--hold-mark'),
    font: style.fontFamily,
  };
}

/** Ballots by time, as an area in this box. */
export function openChart(box: HTMLElement): Chart {
  const chart = init(box, null, { renderer: 'canvas' });
  const seen = look(box);
  return {
    show: (curve, spanMs) => chart.setOption(optionOf(curve, spanMs, seen), true),
    resize: () => chart.resize(),
    close: () => chart.dispose(),
  };
}

function optionOf(curve: Curve, spanMs: number, seen: ReturnType<typeof look>): EChartsCoreOption {
  const from = Date.parse(curve.from);
  const byHour = spanMs >= 3_600_000;
  const peak = peakOf(curve, spanMs);
  const label = { color: seen.ink, fontFamily: seen.font, fontSize: 12 };
  return {
    animation: false,
    grid: { left: 8, right: 16, top: 28, bottom: 4, containLabel: true },
    // Moments in Shanghai time, whatever the computer's own zone: the axis is told so by its labels.
    xAxis: {
      type: 'time',
      min: from,
      max: from + Math.max(1, curve.counts.length - 1) * spanMs,
      axisLine: { lineStyle: { color: seen.line } },
      axisTick: { show: false },
      splitNumber: curve.counts.length > 240 ? 6 : 4,
      axisLabel: {
        ...label,
        hideOverlap: true,
        formatter: (at: number) => (byHour && curve.counts.length > 48 ? dayOf(at) : hourOf(at)),
      },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitLine: { lineStyle: { color: seen.line } },
      axisLabel: { ...label, formatter: (value: number) => grouped(value) },
    },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      axisPointer: { type: 'line', lineStyle: { color: seen.ink, width: 1 } },
      formatter: (points: { value: [number, number] }[]) => {
        const [at = 0, count = 0] = points[0]?.value ?? [];
        return `${dayTime(at)}${byHour ? ' 起一小时' : ''}\n${grouped(count)} 张`;
      },
      textStyle: { fontFamily: seen.font, fontSize: 13 },
    },
    series: [
      {
        type: 'line',
        data: curve.counts.map((count, i) => [from + i * spanMs, count]),
        showSymbol: false,
        sampling: 'lttb',
        lineStyle: { color: seen.red, width: 1.6 },
        itemStyle: { color: seen.red },
        areaStyle: { color: seen.wash },
        markPoint: peak
          ? {
              symbol: 'circle',
              symbolSize: 9,
              itemStyle: { color: seen.mark, borderColor: '#fff', borderWidth: 1.5 },
              label: { ...label, position: 'top', distance: 6, formatter: `最高 ${grouped(peak.count)}` },
              data: [{ coord: [peak.at, peak.count] }],
            }
          : undefined,
      },
    ],
  };
}

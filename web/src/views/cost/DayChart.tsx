import { usd } from '../../model/format';
import type { DayBar } from '../../model/spend';

const kWidth = 560;
const kHeight = 88;
const kBase = 70;

/** A bar for each day; the table by day has the numbers for those who do not see it. */
export function DayChart({ bars }: { bars: DayBar[] }) {
  const most = Math.max(...bars.map((bar) => bar.usd));
  const step = kWidth / bars.length;
  const sum = bars.reduce((total, bar) => total + bar.usd, 0);
  return (
    <figure className="day-chart">
      <figcaption>
        The last {bars.length} days (UTC) <span className="faint num">{usd(sum)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${kWidth} ${kHeight}`}
        role="img"
        aria-label={`Cost of the last ${bars.length} days: ${usd(sum)}, at most ${usd(most)} in a day`}
        data-testid="day-chart"
      >
        <line x1="0" x2={kWidth} y1={kBase} y2={kBase} className="day-axis" />
        {bars.map((bar, index) => {
          const height = most === 0 ? 0 : Math.max(bar.usd > 0 ? 2 : 0, (bar.usd / most) * 58);
          const x = index * step;
          return (
            <g key={bar.day}>
              <title>{`${bar.day}: ${usd(bar.usd)}`}</title>
              <rect className="day-space" x={x} y="0" width={step} height={kBase} />
              <rect
                className="day-bar"
                data-day={bar.day}
                x={x + step * 0.18}
                y={kBase - height}
                width={step * 0.64}
                height={height}
                rx="2"
              />
              <text x={x + step / 2} y={kBase + 13} textAnchor="middle">
                {Number(bar.day.slice(8))}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

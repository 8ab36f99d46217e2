import { tourProgress } from '../../actions/preferences';
import { declineTour, startTour } from '../../actions/tour';
import { Button } from '../../ui/controls';
import { Icon } from '../../ui/Icon';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';

/** Offered once, to whoever has not seen it. */
export function TourOffer() {
  const session = useSession();
  const progress = useStore(tourProgress);
  if (progress !== null) return null;
  return (
    <div className="banner" data-kind="accent" data-testid="tour-offer">
      <Icon name="info" size={14} />
      <span className="grow">New here? Five minutes with a real agent.</span>
      <span className="banner-actions">
        <Button size="small" onClick={() => startTour(session)} data-testid="tour-start">
          Take the tour
        </Button>
        <Button size="small" variant="ghost" onClick={() => declineTour(session)}>
          No
        </Button>
      </span>
    </div>
  );
}

package cloud_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/internal/cloud"
)

// seconds returns a time as seconds since the beginning, for what the double takes: one second a request.
func seconds(t time.Time) float64 { return t.Sub(morning).Seconds() }

func TestTheFirstAndTheLastMutatingRequestAreRecorded(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		ctx = cloud.Record(ctx, &r)
		require.NoError(t, list(ctx, s.Config()))
		require.False(t, r.Touched(), "reading changes nothing")
		_, _, ok := r.First()
		require.False(t, ok)

		for range 3 {
			require.NoError(t, send(ctx, s.Config()))
		}
		require.True(t, r.Touched())
		sent, answered, ok := r.First()
		require.True(t, ok)
		require.Equal(t, []float64{1, 2}, []float64{seconds(sent), seconds(answered)})
		sent, answered, ok = r.Last()
		require.True(t, ok)
		require.Equal(t, []float64{3, 4}, []float64{seconds(sent), seconds(answered)})
	})
}

func TestARecorderIsTouchedWhileARequestIsUnderWay(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		d.clock.Go(func() { _ = send(cloud.Record(ctx, &r), s.Config()) })
		require.NoError(t, d.clock.Sleep(ctx, 500*time.Millisecond))
		require.True(t, r.Touched())
	})
}

func TestWhatAWSRefusedDidNotHappen(t *testing.T) {
	d := newDouble(func(int, string) (any, error) { return nil, refusal("AccessDenied") })
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		require.Error(t, send(cloud.Record(ctx, &r), s.Config()))
		require.False(t, r.Touched())
	})
}

func TestAThrottledRequestBeginsNoFault(t *testing.T) {
	d := newDouble(func(n int, operation string) (any, error) {
		if n < 4 {
			return nil, refusal("ThrottlingException")
		}
		return fine(n, operation)
	})
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		require.NoError(t, send(cloud.Record(ctx, &r), s.Config()))
		sent, answered, ok := r.First()
		require.True(t, ok)
		require.Equal(t, d.requests[3].at, sent)
		require.Equal(t, time.Second, answered.Sub(sent))
	})
}

func TestALostAnswerMayHaveBegunTheFault(t *testing.T) {
	d := newDouble(func(n int, operation string) (any, error) {
		if n == 1 {
			return nil, lost()
		}
		return fine(n, operation)
	})
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		require.NoError(t, send(cloud.Record(ctx, &r), s.Config()))
		sent, answered, ok := r.First()
		require.True(t, ok)
		require.Equal(t, morning, sent, "the first sending")
		require.Equal(t, d.requests[1].at.Add(time.Second), answered, "the answer that came")
	})
}

func TestAFaultThatOnlyMayHaveHappenedIsTouched(t *testing.T) {
	d := newDouble(func(n int, _ string) (any, error) {
		if n == 1 {
			return nil, breakdown()
		}
		return nil, refusal("InvalidState")
	})
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		require.ErrorContains(t, send(cloud.Record(ctx, &r), s.Config()), "InvalidState")
		require.True(t, r.Touched())
		sent, _, ok := r.Last()
		require.True(t, ok)
		require.Equal(t, morning, sent)
	})
}

func TestParallelRequestsBeginWithTheFirstAnswer(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		var r cloud.Recorder
		ctx = cloud.Record(ctx, &r)
		for i := range 3 {
			d.clock.Go(func() {
				_ = d.clock.Sleep(ctx, time.Duration(i)*300*time.Millisecond)
				_ = send(ctx, s.Config())
			})
		}
		require.NoError(t, d.clock.Sleep(ctx, 5*time.Second))
		sent, answered, _ := r.First()
		require.Equal(t, []float64{0, 1}, []float64{seconds(sent), seconds(answered)})
		sent, answered, _ = r.Last()
		require.Equal(t, []float64{0.6, 1.6}, []float64{seconds(sent), seconds(answered)})
	})
}

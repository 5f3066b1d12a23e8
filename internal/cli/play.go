package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/report"
	"gameday/internal/sandbox"
)

// play is one experiment in one place.
type play struct {
	*piece
	run     string // its id
	seed    int64
	mode    experiments.Mode
	speed   float64
	clock   *clock.Clock
	cloud   *cloud.Session
	account *sandbox.Account // nil: AWS
}

// staged returns a play of p in its sandbox. Nothing has happened yet.
func (a *app) staged(p *piece, seed int64, speed float64, tick time.Duration) (*play, error) {
	id, err := rehearsalID(p.Experiment.Text, p.stage.spec, p.fingerprint(), seed, tick)
	if err != nil {
		return nil, err
	}
	c := clock.Virtual(rehearsalStart(), speed)
	account, err := sandbox.New(p.stage.spec, c, chance.Seed(seed))
	if err != nil {
		return nil, misuse("", "%s: %w", p.stage.path, err)
	}
	return &play{
		piece: p, run: id, seed: seed, mode: experiments.ModeRehearse, speed: speed, clock: c, account: account,
		cloud: cloud.NewSession(account.Config(), c, chance.Seed(seed), id),
	}, nil
}

// live returns a play of p in AWS, under an id of its own. Its session is opened on the strand, by on.
func (a *app) live(p *piece, seed int64) (*play, error) {
	c := a.Clock()
	id, err := newRunID(c.Now())
	if err != nil {
		return nil, err
	}
	return &play{piece: p, run: id, seed: seed, mode: experiments.ModeRun, speed: 1, clock: c}, nil
}

// placed returns a play where the piece is to be played.
func (a *app) placed(p *piece, seed int64, tick time.Duration) (*play, error) {
	if p.stage != nil {
		return a.staged(p, seed, 0, tick)
	}
	return a.live(p, seed)
}

// settings are how the play's account is reached.
func (p *play) settings() cloud.Settings {
	place := p.Experiment.Place
	return cloud.Settings{
		Region: place.Region, Profile: place.Profile, RoleARN: place.RoleARN, ExternalID: place.ExternalID,
		EndpointURL: place.EndpointURL,
	}
}

// connect loads credentials. A stop ends the loading; what was loaded is good for as long as life. It must be called on a
// strand.
func (a *app) connect(life context.Context, s cloud.Settings, c *clock.Clock) (aws.Config, error) {
	loading, done := a.stops.loading(life)
	defer done()
	config, err := a.AWS(loading, s, c)
	if err != nil {
		err = fmt.Errorf("load the AWS configuration: %w", err)
	}
	return config, err
}

func (a *app) engine(p *play, tick time.Duration) *experiments.Engine {
	return &experiments.Engine{
		Clock: p.clock, Cloud: p.cloud, Injectors: a.Injectors(), Signals: a.Signals(),
		Run: p.run, Mode: p.mode, Seed: chance.Seed(p.seed), Version: a.version(), Tick: tick, Policy: p.policy,
	}
}

// on runs f on a strand of the play's clock, where stops reach it. The simulated account lives as long as f.
func (a *app) on(ctx context.Context, p *play, giveUp func(), f func(context.Context) error) error {
	var err error
	a.stops.during(p.clock, giveUp, func() {
		life, end := context.WithCancel(context.WithoutCancel(ctx))
		defer end()
		a.ci.pulse(life, p)
		if p.account != nil {
			p.account.Start(life)
		} else {
			var config aws.Config
			if config, err = a.connect(life, p.settings(), p.clock); err != nil {
				return
			}
			p.cloud = cloud.NewSession(config, p.clock, chance.Seed(p.seed), p.run)
		}
		err = f(ctx)
	})
	return err
}

// head is what a plan says of its run.
func (p *play) head(account string) experiments.RunStarted {
	x := p.Experiment
	return experiments.RunStarted{
		Run: p.run, Mode: p.mode, Scenario: x.Name, Description: x.Description, Hypothesis: x.Hypothesis, File: x.File,
		Seed: p.seed, Account: account, Region: p.cloud.Config().Region, Timeout: experiments.Millis(x.Timeout),
	}
}

func (a *app) style(noColor bool) report.Style {
	return report.Detect(a.env, a.Terminal && !noColor, a.Width)
}

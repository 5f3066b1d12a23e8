package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"gameday/internal/clock"
)

const (
	answerLimit  = time.Minute // longer than the longest long poll, 20 s
	dialLimit    = 5 * time.Second
	idlePerHost  = 64 // as many as a flood sends at once
	sessionOwner = "gameday"
)

// ErrNoRegion says that neither the settings nor the environment name a region.
var ErrNoRegion = errors.New("no AWS region is set")

// Settings say which credentials, region and endpoint to use. What is empty is left to the SDK's usual places: the
// environment, the shared files, the instance's role.
type Settings struct{ Region, Profile, RoleARN, ExternalID, EndpointURL string }

// Load returns a configuration for the real AWS, or for what listens at the endpoint. It reads files, but asks nobody:
// missing credentials show with the first call. Its clients are for strands of c only, best through a Session.
func Load(ctx context.Context, s Settings, c *clock.Clock) (aws.Config, error) {
	client := awshttp.NewBuildableClient().WithTimeout(answerLimit).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialLimit }).
		WithTransportOptions(func(t *http.Transport) { t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, idlePerHost })
	cfg, err := config.LoadDefaultConfig(ctx, s.options(client)...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, &HintError{
			ErrNoRegion,
			"Set region in the aws block of the scenario, or AWS_REGION.",
		}
	}
	cfg.DisableRequestCompression = true
	s.assumeRole(&cfg)
	// Last: the providers of credentials, which run on goroutines of their own, must not meet the clock.
	cfg.Credentials = &keys{provider: cfg.Credentials, clock: c}
	cfg.HTTPClient = &exchange{client: unlimitedTime(cfg.HTTPClient), clock: c, limit: answerLimit}
	return cfg, nil
}

// unlimitedTime takes the limit off a client whose requests exchange limits, with a clearer error.
func unlimitedTime(client aws.HTTPClient) aws.HTTPClient {
	if buildable, ok := client.(*awshttp.BuildableClient); ok {
		return buildable.WithTimeout(0)
	}
	return client
}

func (s Settings) options(client aws.HTTPClient) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(client), config.WithLogger(logging.Nop{})} // errors say it
	if s.Region != "" {
		options = append(options, config.WithRegion(s.Region))
	}
	if s.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.Profile))
	}
	if s.EndpointURL != "" {
		options = append(options, config.WithBaseEndpoint(s.EndpointURL))
	}
	return options
}

// assumeRole lets cfg act as the role, if there is one.
func (s Settings) assumeRole(cfg *aws.Config) {
	if s.RoleARN == "" {
		return
	}
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(*cfg), s.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionOwner
		if s.ExternalID != "" {
			o.ExternalID = aws.String(s.ExternalID)
		}
	})
	cfg.Credentials = aws.NewCredentialsCache(role)
}

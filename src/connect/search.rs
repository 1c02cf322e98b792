//! [`Search`]: which institutions to find.

use crate::api::{Client, builder, types};
use crate::jobs::KindName;
use crate::values::CountryCode;

/// A search for institutions, by name or by the address of the login page.
///
/// MX refuses a search with neither (reference), so there is no `Default`.
///
/// ```compile_fail
/// let nothing = mx_nexus::connect::Search::default();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Search {
    request: types::InstitutionRequest,
    countries: Vec<CountryCode>,
}

impl Search {
    /// Institutions by name. An empty name lists all.
    pub fn by_name(name: impl Into<String>) -> Self {
        Self::of(types::InstitutionRequest {
            name: Some(name.into()),
            ..Default::default()
        })
    }

    /// Institutions by the address of their login page.
    pub fn by_url(url: impl Into<String>) -> Self {
        Self::of(types::InstitutionRequest {
            url: Some(url.into()),
            ..Default::default()
        })
    }

    fn of(request: types::InstitutionRequest) -> Self {
        Self {
            request,
            countries: Vec::new(),
        }
    }

    /// Only those that support account identification.
    pub fn identifying(self) -> Self {
        self.supporting(KindName::Identification)
    }

    /// Only those that support this kind of job, as far as MX has a filter for it.
    pub fn supporting(mut self, kind: KindName) -> Self {
        let request = &mut self.request;
        match kind {
            KindName::Identification => request.supports_account_identification = Some(true),
            KindName::Verification => request.supports_account_verification = Some(true),
            KindName::ExtendedHistory => request.supports_transaction_history = Some(true),
            KindName::Aggregation | KindName::BalanceCheck => {}
        }
        self
    }

    /// Only those that serve this country; repeat it for several countries.
    pub fn with_country(mut self, country: impl Into<CountryCode>) -> Self {
        self.countries.push(country.into());
        self
    }

    /// The same search by Atrium, which has the name and the kinds of jobs only.
    #[cfg(feature = "atrium")]
    pub(super) fn atrium(
        self,
        api: &crate::atrium::Client,
    ) -> Result<crate::atrium::builder::ListInstitutions<'_>, crate::Error> {
        if self.request.url.is_some() || !self.countries.is_empty() {
            let operation = crate::operations::by_id("atrium", "listInstitutions");
            let reason = "it searches by name only, not by address or country";
            return Err(crate::Error::request(operation, reason));
        }
        let mut call = api.list_institutions();
        if let Some(name) = self.request.name.filter(|name| !name.is_empty()) {
            call = call.name(name);
        }
        if let Some(only) = self.request.supports_account_identification {
            call = call.supports_account_identification(only);
        }
        if let Some(only) = self.request.supports_account_verification {
            call = call.supports_account_verification(only);
        }
        if let Some(only) = self.request.supports_transaction_history {
            call = call.supports_transaction_history(only);
        }
        Ok(call)
    }

    /// The call itself, for more than the first page:
    ///
    /// ```no_run
    /// use mx_nexus::connect::Search;
    /// use mx_nexus::pages::Paged;
    ///
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
    /// let api = user.api().await?;
    /// let mut all = Search::by_name("").identifying().call(&api).records_per_page(1000).items();
    /// while let Some(institution) = all.next().await {
    ///     println!("{:?}", institution?.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(self, api: &Client) -> builder::SearchInstitutions<'_> {
        let call = api
            .search_institutions()
            .body(types::InstitutionRequestBody {
                institution: self.request,
            });
        match self.countries.is_empty() {
            true => call,
            false => call.iso_country_code(self.countries),
        }
    }
}
